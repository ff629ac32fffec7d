"""What happens to a campaign as a whole: listing, approval, templates, copies."""
