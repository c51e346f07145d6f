x:
  boto_vpc.present:
    - name: a
