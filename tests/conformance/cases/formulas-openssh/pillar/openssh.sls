sshd_config:
  Port: [22, 2222]
  PermitRootLogin: 'no'
  PasswordAuthentication: no
  UseDNS: 'no'
  LoginGraceTime: 120
  AcceptEnv: "LANG LC_*"
  Subsystem: "sftp /usr/lib/openssh/sftp-server"
  AllowUsers: [vader@10.0.0.1, maul@evil.com, sidious]
  matches:
    sftp_chroot:
      type: {Group: sftpusers}
      options: {ChrootDirectory: /sftp-chroot/%u, X11Forwarding: no}
    match_2:
      type:
        User: match_user
      options: {}
openssh:
  sshd_enable: true
  dsa: {private_key: "x\ny\n"}
  known_hosts:
    aliases: [cname-to-minion.example.org]
    hostnames: false
