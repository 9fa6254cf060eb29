"""What networks are trained on: one device, several GPUs, several processes, and their memory."""
