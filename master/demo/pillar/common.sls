root: {{ grains['demo_root'] }}
operators:
  anna: anna@example.org
  ben: ben@example.org
