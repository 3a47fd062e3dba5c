"""Every page of the portal in every state, as a browser meets them: for screenshots and for tests that look at pages."""
