kv0:
  file.managed:
    - name: @DIR@/sshd
    - contents: |
        # PermitRootLogin yes
        Port 22
        X11Forwarding yes
kv:
  file.keyvalue:
    - name: @DIR@/sshd
    - key_values: {permitrootlogin: 'without-password', Port: '2222', New: 'x'}
    - separator: ' '
    - uncomment: '# '
    - key_ignore_case: true
    - append_if_not_found: true
ser:
  file.serialize:
    - name: @DIR@/data.json
    - dataset: {a: 1, b: [x, {y: z}]}
    - serializer: json
ser-yaml:
  file.serialize:
    - name: @DIR@/data.yaml
    - dataset_pillar: d
    - formatter: yaml
again:
  file.keyvalue:
    - name: @DIR@/sshd
    - key: Port
    - value: 22
    - separator: ' '
    - show_changes: false
merge:
  file.serialize:
    - name: @DIR@/data.json
    - dataset: {b: [z], c: {d: é}}
    - serializer: json
    - merge_if_exists: true
    - mode: '0600'
