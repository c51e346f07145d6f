bench: '@DIR@'
site:
  name: bench
  tags: [one, two, {{ grains['id'] }}]
