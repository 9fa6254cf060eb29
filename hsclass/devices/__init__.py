"""What networks are trained on: one device, several cards, several processes, and their memory."""
