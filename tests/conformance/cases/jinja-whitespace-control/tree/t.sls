{% set x = 1 -%}
a:
  test.nop:
    - text: "[{{- ' x ' -}}]"
    {%- if x == 1 %}
    - one: yes
    {%- endif %}
    {# a comment #}
    - after: {{ "a" ~ 1 ~ none }}
