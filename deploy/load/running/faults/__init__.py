"""What befalls a system under test: deaths, standstills, cut and slow connections, a full disk, a broker in alarm."""
