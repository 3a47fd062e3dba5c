"""An invented voting event: invented employer, unions, candidates and voters. No name here is anybody's."""
