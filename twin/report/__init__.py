"""The report of one run: a page that a director can read on a phone. It draws and computes nothing."""

from twin.report.page import write_report

__all__ = ["write_report"]
