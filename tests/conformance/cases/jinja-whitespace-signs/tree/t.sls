a:
  test.nop:
    - a: x  {%- if true -%}  y  {%- endif %}
    - b: '{{- 1 -}}   '
{#- gone -#}
    - c: {% raw %}'{{ raw }}'{% endraw %}
    - d: [{%+ if true %} 1 {%+ endif %}]
