{{ range(100001)|length }}
