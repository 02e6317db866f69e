X = 5
ÄPFEL = 7	# größe, weco: 1..20 (ok)
	if x = = 3
