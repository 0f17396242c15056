assert new File(basedir, 'build.log').text.contains('consumer: 1.5g is 1.5 GiB')
