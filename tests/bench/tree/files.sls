{% from 'map.jinja' import root with context %}
include: [directories]

{% for n in range(20) %}
{{ root }}/d{{ n % 9 }}/file{{ n }}:
  file.managed:
    - mode: '0640'
    - contents: |
        number = {{ n }}
        host = {{ grains['id'] }}
        site = {{ salt['pillar.get']('site:name', 'none') }}
    - require:
      - file: {{ root }}/d{{ n % 9 }}
{% endfor %}
