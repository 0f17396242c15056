assert new File(basedir, 'build.log').text.contains('consumer: 1.5g is 1.5 GiB')

// Under the agent the program's libraries are its own, and there is one of each.
def log = new File(basedir, 'build.log').text
assert log.contains("the consumer's picocli, 1 of it")
assert log.contains("the consumer's jackson, 1 of it")
assert log.contains('spillway: idle: this program did not load JCuda')
