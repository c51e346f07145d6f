a:
  test.nop:
    - out: {{ salt['cmd.run']('echo hello') }}
    - noshell: "{{ salt['cmd.run']('echo $((1+2))') }}"
    - code: {{ salt['cmd.retcode']('false') }}
