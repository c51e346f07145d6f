a01: {{ (salt['cmd.run']('echo a b'))|json }}
a02: {{ (salt['cmd.run']('echo $HOME'))|json }}
a03: {{ (salt['cmd.shell']('echo a | tr a b'))|json }}
a04: {{ (salt['cmd.retcode']('false'))|json }}
a05: {{ (salt['cmd.retcode']('true'))|json }}
a06: {{ (salt['cmd.run_stdout']('echo x'))|json }}
a07: {{ (salt['cmd.run_stderr']('echo x >&2', python_shell=true))|json }}
a08: {{ (salt['cmd.run_all']('echo x').stdout)|json }}
a09: {{ (salt['cmd.run_all']('false').retcode)|json }}
a10: {{ (salt['cmd.run']('echo x; echo y', python_shell=true))|json }}
a11: {{ (salt['cmd.run'](['echo', 'a  b']))|json }}
a12: {{ (salt['cmd.run']('pwd', cwd='@DIR@'))|json }}
a13: {{ (salt['cmd.run']('echo $A', env=[{'A': 'b'}], python_shell=true))|json }}
a14: {{ (salt['cmd.run']('cat', stdin='in'))|json }}
a15: {{ (salt['cmd.run']('printf "x\n\n"', rstrip=false))|json }}
