"""The key ceremony: who holds a key, how the keys are made on the holders' devices, and who may use one."""
