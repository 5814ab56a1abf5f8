"""SiamApp: offline face verification and identification with a Siamese embedder trained here."""

__version__ = "0.1.0"
