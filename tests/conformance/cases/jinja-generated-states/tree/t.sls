{%- for env, hosts in pillar.get('envs', {})|dictsort %}
{%- for host in hosts if not host.startswith('x') %}
{{ env }}-{{ host }}:
  test.nop:
    - order: {{ loop.index }}
    {%- if loop.first %}
    - first: true
    {%- endif %}
    {%- if not loop.last %}
    - next: {{ loop.nextitem }}
    {%- endif %}
{%- endfor %}
{%- endfor %}
