{% set x = [] %}{% for i in range(3) %}{% do x.append({'n': i, 'sq': i ** 2}) %}{% endfor %}
stack:
  computed: {{ x|json }}
  tpl: '{{ sls }} {{ slspath }} {{ tpldir }} {{ tplfile }}'
