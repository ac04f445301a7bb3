"""Text vectors from the shipped model or an adopted one."""
