{% set l = [3, 1, 2] %}
{% do l.append(5) %}
{% do l.extend([7]) %}
{% set gone = l.pop() %}
{% set d = {'a': 1} %}
{% do d.update({'b': 2}) %}
{% set had = d.pop('a') %}
{% do d.setdefault('c', 9) %}
a:
  test.nop:
    - l: {{ l }}
    - gone: {{ gone }}
    - slice: {{ l[1:] }}
    - reversed: {{ l[::-1] }}
    - index: {{ l.index(2) }}
    - d: {{ d }}
    - had: {{ had }}
    - inlist: {{ 3 in l }}
    - max: {{ l|max }} 
    - sorted: {{ l|sort }}
    - sum: {{ l|sum }}
    - length: {{ l|length }}
