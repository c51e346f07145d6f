daemon: {test.nop: [{watch: [{test: /etc/none/*}]}]}
