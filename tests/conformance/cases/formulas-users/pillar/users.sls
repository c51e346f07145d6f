users-formula:
  lookup:
    root_group: root
    shell: '/bin/bash'
groups:
  foo:
    state: present
    gid: 1500
    system: False
  badguys:
    absent: True
  niceguys:
    gid: 4242
    system: False
    addusers: root
users:
  auser:
    fullname: A User
    password: $6$w.............
    enforce_password: True
    empty_password: False
    home: /custom/homedir
    homedir_owner: {{ grains['id'] }}
    user_dir_mode: 750
    createhome: True
    roomnumber: "A-1"
    workphone: (555) 555-5555
    manage_vimrc: False
    sudouser: True
    sudo_rules:
      - ALL=(root) /usr/bin/find
      - ALL=(otheruser) /usr/bin/script.sh
    sudo_defaults:
      - '!requiretty'
    shell: /bin/sh
    remove_groups: False
    prime_group:
      name: primarygroup
      gid: 1501
    groups:
      - users
    optional_groups:
      - some_groups_that_might
      - not_exist_on_all_minions
    ssh_auth:
      - ssh-rsa AAAAB3NzaC1yc2E auser
    ssh_config:
      all:
        hostname: "*"
        options:
          - "StrictHostKeyChecking no"
          - "UserKnownHostsFile=/dev/null"
      importanthost:
        hostname: "needcheck.example.com"
        options: ["StrictHostKeyChecking yes"]
  buser:
    uid: 1050
    expire: 16426
    groups: []
    user_files: {enabled: True}
  nouser:
    absent: True
    purge: True
    force: True
absent_users:
  - donald
  - bad_guy
