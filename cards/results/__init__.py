"""What came of a campaign: live card, report, figures, exports, audit."""
