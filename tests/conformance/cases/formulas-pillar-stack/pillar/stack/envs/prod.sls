who: {{ name }}
l: {{ list }}
nested:
  {{ saltenv }}: {{ grains.id }}
