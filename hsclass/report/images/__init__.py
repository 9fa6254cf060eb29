"""The report of an experiment on whole images: a self-contained page and the table of accuracy."""

from hsclass.report.images.page import write_image_report

__all__ = ["write_image_report"]
