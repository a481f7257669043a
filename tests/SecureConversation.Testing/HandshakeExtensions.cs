namespace SecureConversation.Testing;

/// <summary>Short forms for handshakes of one leg, which all recorded ones are.</summary>
public static class HandshakeExtensions
{
    extension(SessionHandshake handshake)
    {
        /// <summary>The envelope to send.</summary>
        public ReadOnlyMemory<byte> Envelope => ((HandshakeStep.Send)handshake.Step).Envelope;

        /// <summary>Its action.</summary>
        public string Action => ((HandshakeStep.Send)handshake.Step).Action;

        /// <summary>The session that the reply opens.</summary>
        public ClientSession Complete(ReadOnlyMemory<byte> reply) => ((HandshakeStep.Completed)handshake.Receive(reply)).Session;
    }
}

/// <summary>What HTTP makes of an answer.</summary>
public static class ResponseExtensions
{
    extension(ServiceResult.Respond respond)
    {
        /// <summary>The status of HTTP.</summary>
        public int StatusCode => respond.Kind switch { ServiceResponseKind.Handshake => 200, ServiceResponseKind.None => 202, ServiceResponseKind.NotSoap => 400, _ => 500 };
    }
}
