version: '3.10'
