st:
  cmd.run:
    - name: echo; echo "changed=yes comment='all is well' rev=5"
    - stateful: true
st-json:
  cmd.run:
    - name: "echo '{\"changed\": false, \"comment\": \"same\"}'"
    - stateful: true
st-test:
  cmd.run:
    - name: echo 'changed=no'
    - stateful: [{test_name: "echo 'changed=yes comment=would'"}]
bad:
  cmd.run: [{name: 'echo nothing'}, {stateful: true}]
envs:
  cmd.run:
    - name: echo "$A-$B-$C"
    - env: [{A: 1}, {B: yes}, {C: 'x y'}]
    - cwd: @DIR@
    - umask: '027'
    - unless: ['test "$A" = 1', 'false']
multi:
  cmd.run:
    - name: |
        set -e
        cd @DIR@
        echo x > made
        ls
    - creates: @DIR@/made
script:
  cmd.script:
    - source: salt://s.sh
    - name: salt://s.sh a "b c"
    - template: jinja
    - context: {v: 7}
    - env: {E: e}
    - cwd: @DIR@
wait:
  cmd.wait:
    - name: echo waited
    - watch: [{cmd: multi}]
rc:
  cmd.run: [{name: exit 3}, {success_retcodes: [3, 4]}]
rc2:
  cmd.run: [{name: 'echo err >&2; exit 1'}]
hide:
  cmd.run: [{name: echo secret}, {hide_output: true}]
check:
  cmd.run:
    - name: 'true'
    - check_cmd: [test -f @DIR@/made, 'false']
