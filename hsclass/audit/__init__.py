"""The audit: how far a split, from here or from anyone's masks, can be believed."""

from hsclass.audit.auditing import audit_split, require_sound
from hsclass.audit.inputs import open_input, parse_ids
from hsclass.audit.measures import kl_divergence, moran_i, shares_by_window
from hsclass.audit.text import as_json_text, as_table, summary

__all__ = [
    "as_json_text", "as_table", "audit_split", "kl_divergence", "moran_i", "open_input", "parse_ids", "require_sound",
    "shares_by_window", "summary",
]  # fmt: skip
