// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The taskmap authors
// Threads that sleep until the end of the input:
//	Sleepers cook waiter		two threads with these names
//	Sleepers platform 200		200 platform threads
//	Sleepers virtual 10000		10,000 virtual threads; needs Java 21
public class Sleepers {
	private static java.util.concurrent.CountDownLatch asleep;

	public static void main(String[] words) throws Exception {
		int count = words.length;
		boolean virtual = words[0].equals("virtual");
		boolean many = virtual || words[0].equals("platform");

		if (many)
			count = Integer.parseInt(words[1]);
		asleep = new java.util.concurrent.CountDownLatch(count);
		for (int i = 0; i < count; i++)
			start(virtual, many ? "sleeper" : words[i]);
		asleep.await();
		long pid = ProcessHandle.current().pid();
		System.out.printf("java %d %d%nready%n", pid, pid);
		while (System.in.read() >= 0) {
		}
	}

	private static void start(boolean virtual, String name) throws Exception {
		Runnable work = Sleepers::sleep;

		// Found by name, so that an older compiler accepts it.
		if (virtual) {
			Thread.class.getMethod("startVirtualThread", Runnable.class)
				.invoke(null, work);
			return;
		}
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
	}

	private static void sleep() {
		asleep.countDown();
		try {
			Thread.sleep(Long.MAX_VALUE);
		} catch (InterruptedException end) {
		}
	}
}
