"""The report stage: one self-contained page and one table of accuracy figures for an experiment."""

from hsclass.report.page import write_report

__all__ = ["write_report"]
