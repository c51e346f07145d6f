{% from 'map.jinja' import root with context %}
include: [directories]

{% for name, port in [('web', 80), ('tls', 443)] + [('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5), ('f', 6), ('g', 7), ('h', 8)] %}
{{ root }}/{{ name }}.conf:
  file.managed:
    - source: salt://service.conf
    - template: jinja
    - context:
        port: {{ port }}
        service: {{ name }}
    - require:
      - file: {{ root }}
{% endfor %}
