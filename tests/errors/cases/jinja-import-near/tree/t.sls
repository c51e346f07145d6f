{% from 'web/map.jina' import web %}
a:
  test.nop: []
