{% set facts = salt['cmd.run']('printf "a: 1\\nb: [x, y]\\nc: {d: yes}\\n"', python_shell=True)|load_yaml %}
{% set lines = salt['cmd.run']("printf 'one 1\\ntwo 2\\n'", python_shell=True).splitlines() %}
{% set ns = namespace(total=0, last=none) %}
{% for line in lines %}
{% set name, value = line.split() %}
{% set ns.total = ns.total + value|int %}
{% set ns.last = name %}
{{ name }}:
  test.nop: [{v: {{ value }}}]
{% endfor %}
facts:
  test.nop:
    - facts: {{ facts|yaml }}
    - json: {{ salt['cmd.run_stdout']('echo \'{"k": [1, 2.50, null]}\'')|load_json|tojson }}
    - total: {{ ns.total }}
    - last: {{ ns.last }}
    - code: {{ salt['cmd.retcode']('false') }}
    - all: {{ salt['cmd.run_all']('sh -c "echo out; echo err >&2; exit 3"', python_shell=False)|dictsort|rejectattr(0, 'equalto', 'pid')|list|json }}
    - shell: {{ salt['cmd.shell']('echo $((1+2))') }}
    - which: {{ salt['cmd.has_exec']('sh') }} {{ salt['cmd.has_exec']('no-such-program') }}
    - env: {{ salt['cmd.run']('echo $X', python_shell=True, env={'X': 'y'}) }}
    - exists: {{ salt['file.file_exists']('/etc/passwd') }}
