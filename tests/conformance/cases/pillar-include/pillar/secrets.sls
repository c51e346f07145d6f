order: secrets
