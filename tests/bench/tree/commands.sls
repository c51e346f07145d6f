{% from 'map.jinja' import root with context %}
include: [directories]

{% for n in range(10) %}
command-{{ n }}:
  cmd.run:
    - name: touch {{ root }}/ran-{{ n }}
    - unless: test -e {{ root }}/ran-{{ n }}
    - require:
      - file: {{ root }}
{% endfor %}
