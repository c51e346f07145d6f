{% for kind, value in {'false': false, 'text': '', 'list': [], 'map': {}}.items() %}
command-{{ kind }}:
  cmd.run:
    - name: echo {{ kind }}
    - cwd: {{ value|json }}
    - runas: {{ value|json }}
    - group: {{ value|json }}
    - shell: {{ value|json }}
    - root: {{ value|json }}
    - timeout: {{ value|json }}
script-{{ kind }}:
  cmd.script:
    - source: salt://s.sh
    - name: salt://s.sh
    - shell: {{ value|json }}
    - template: {{ value|json }}
    - timeout: {{ value|json }}
folder-{{ kind }}:
  file.directory:
    - name: @DIR@/{{ kind }}
    - user: {{ value|json }}
    - group: {{ value|json }}
file-{{ kind }}:
  file.managed:
    - name: @DIR@/{{ kind }}/f
    - contents: x
    - user: {{ value|json }}
    - group: {{ value|json }}
    - template: {{ value|json }}
{% if value is not sameas false %}
block-{{ kind }}:
  file.blockreplace:
    - name: @DIR@/{{ kind }}/f
    - content: block
    - append_if_not_found: true
    - source: {{ value|json }}
    - insert_before_match: {{ value|json }}
    - insert_after_match: {{ value|json }}
{% endif %}
{% endfor %}
{% for kind, value in {'false': false, 'text': ''}.items() %}
defaults-{{ kind }}:
  file.managed:
    - name: @DIR@/{{ kind }}/defaults
    - contents: x
    - defaults: {{ value|json }}
append-{{ kind }}:
  file.append:
    - name: @DIR@/{{ kind }}/f
    - text: last
    - context: {{ value|json }}
    - defaults: {{ value|json }}
{% endfor %}
mode:
  file.managed:
    - name: @DIR@/mode
    - contents: x
    - dir_mode: ''
folder mode:
  file.directory:
    - name: @DIR@/folder
    - mode: ''
