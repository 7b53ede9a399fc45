"""What is added to a paper that its sources did not say: links, keyphrases, figures over time, a program's summary.

What needs nothing but the paper itself happens always; what asks somebody outside happens only where the operator set a
key for it, and each of those is a job of the clock (``jobs.JOBS``).
"""
