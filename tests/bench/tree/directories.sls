{% from 'map.jinja' import root with context %}
{{ root }}:
  file.directory:
    - makedirs: True

{% for n in range(9) %}
{{ root }}/d{{ n }}:
  file.directory:
    - mode: '0755'
    - require:
      - file: {{ root }}
{% endfor %}
