"""The conversations: what an author or a recipient can press or say, and what happens then."""
