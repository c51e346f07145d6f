{% for argument, values in {
    'runas': [['a'], {'a': 1}, 1.5, true],
    'cwd': [['a'], {'a': 1}],
    'shell': [['a'], 'nosuch'],
    'timeout': [['a'], {'a': 1}, 'soon'],
    'group': [['a'], {'a': 1}, 'nosuch'],
    'env': [5, 'a', [1, 2]],
    'prepend_path': [['a'], {'a': 1}],
    'success_retcodes': [{'a': 1}, [{'a': 1}], ['a']],
  }.items() %}
{% for value in values %}
{{ argument }}-{{ loop.index }}:
  cmd.run:
    - name: echo x
    - {{ argument }}: {{ value|json }}
{% endfor %}
{% endfor %}
{% for argument, values in {'mode': ['rw', ['6', '4'], ''], 'user': [['a'], {'a': 1}, 'nosuch'], 'context': ['a', [1]]}.items() %}
{% for value in values %}
file-{{ argument }}-{{ loop.index }}:
  file.managed:
    - name: @DIR@/{{ argument }}-{{ loop.index }}
    - contents: x
    - {{ argument }}: {{ value|json }}
{% endfor %}
{% endfor %}
