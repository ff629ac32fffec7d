"""The HTTP server: the messaging endpoint, tracked links, exports, health and metrics."""
