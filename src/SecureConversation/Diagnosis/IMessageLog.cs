namespace SecureConversation.Diagnosis;

/// <summary>
/// Takes the envelopes that a client or service sends and receives, as WCF's message logging does. One that writes files is
/// <see cref="FileMessageLog"/>. Used from several threads at once.
/// </summary>
public interface IMessageLog
{
    /// <summary>Takes one envelope. Called on the path of the message, so it must not wait.</summary>
    /// <param name="message">The envelope and what is known of it. Its octets are valid during the call only: copy what is kept.</param>
    /// <exception cref="Exception">What is thrown fails no message. It is logged (event 71), at most once in a minute.</exception>
    void Write(LoggedMessage message);
}
