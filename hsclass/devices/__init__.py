"""Devices that networks are trained on: one device, several GPUs, several processes; their memory."""
