namespace SecureConversation.Policy;

/// <summary>
/// A WSDL or a policy cannot be read at all: it is not well-formed, breaks the rules of WSDL 1.1 or WS-Policy, or exceeds a limit. A policy
/// that is read and asks for what is not offered is no exception but a <see cref="PolicyRefusal"/> in the result.
/// </summary>
public sealed class PolicyException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was found, what was expected, and what to do.</param>
    /// <param name="location">Where it stands; null when it stands nowhere, as an address that does not answer.</param>
    /// <param name="inner">The cause.</param>
    public PolicyException(string message, PolicyLocation? location = null, Exception? inner = null)
        : base(location is null ? message : $"{location}: {message}", inner) => Location = location;

    /// <summary>Where the mistake stands; null when it stands nowhere.</summary>
    public PolicyLocation? Location { get; }
}
