using System.Collections.Immutable;
using SecureConversation.Policy.Import;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>
/// Counts what an import looks at, before it does. Each port is read with every operation and message, and each of its alternatives with
/// each of theirs, so that few references in a small file would make much work.
/// </summary>
internal sealed class PolicyWork(WsdlImporterOptions options)
{
    private long _done;

    /// <summary>Counts the policies of a subject, as they were read.</summary>
    public void Add(ImmutableArray<ImmutableArray<Assertion>> alternatives) => Add(1 + alternatives.Sum(Weight));

    /// <summary>Counts what the alternatives of an endpoint make of its operations.</summary>
    public void Add(EndpointPolicy policy)
    {
        foreach (var alternative in policy.Alternatives)
        {
            var weight = Weight(alternative);
            Add(weight);
            foreach (var operation in policy.Operations)
            {
                // Each alternative of an operation is read together with the one of the endpoint.
                Add(weight + operation.Alternatives.Sum(own => own.IsEmpty ? 0 : weight + Weight(own)));
                Add(operation.Messages.Sum(message => 1 + message.Alternatives.Sum(Weight)));
            }
        }
    }

    // The headers that SignedParts and EncryptedParts name are work, too.
    private static long Weight(ImmutableArray<Assertion> assertions) => 1 + assertions.Sum(a => 1L + a.Parameters.Count());

    private void Add(long work)
    {
        _done += work;
        if (_done > options.MaxPolicyWork)
        {
            throw new PolicyException(
                $"The policies of all ports, operations and messages have more than {options.MaxPolicyWork} assertions together, counted "
                + "with every port and alternative (MaxPolicyWork).");
        }
    }
}
