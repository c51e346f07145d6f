base: {'*': web}
