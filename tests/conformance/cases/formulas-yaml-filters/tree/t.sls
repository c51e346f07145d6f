{% set d = {'s': "it's", 'q': 'a "b"', 'm': 'x\ny', 'u': 'é', 't': True, 'n': none, 'f': 1.50, 'e': '', 'd': '0123', 'y': 'yes', 'c': 'a: b', 'h': '# x'} %}
{% for k, v in d.items() %}
{{ k }}:
  test.nop:
    - enc: {{ v|yaml_encode if v is not mapping and v is not none else 'null' }}
    - dq: {{ v|string|yaml_dquote }}
    - sq: {{ v|string|yaml_squote }}
    - json: {{ v|json }}
    - tojson: {{ v|tojson }}
    - yaml: {{ v|yaml }}
    - py: {{ v|python|json }}
{% endfor %}
all:
  test.nop:
    - y: {{ d|yaml }}
    - block: |
        {{ d|yaml(false)|indent(8) }}
    - j: {{ d|json(indent=2, sort_keys=False)|indent(6) }}
    - p: {{ d|pprint|json }}
    - str: {{ d|string|json }}
    - xml: {{ {'a': {'b': 1}}|xml|json }}
    - sls: {{ {'k': [1, {'z': none}]}|dict_to_sls_yaml_params(flow_style=True) }}
