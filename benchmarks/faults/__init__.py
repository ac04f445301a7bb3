"""What a crash, a power cut or a failing disk leaves, at every step of what writes."""
