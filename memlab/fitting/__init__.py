"""Fitting: what `ranked` weighs its signals by, found on conversations that it is not judged on."""
