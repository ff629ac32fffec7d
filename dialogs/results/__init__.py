"""What came of a campaign: reports, exports, engagement, receipts."""
